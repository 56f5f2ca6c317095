package io.callbacks.standalone;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
        packages = "io.callbacks.standalone",
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {
    @ArchTest
    static final ArchRule onlyStartsTheServices =
            noClasses()
                    .should()
                    .dependOnClassesThat(
                            resideInAnyPackage(
                                            "io.callbacks.registry..",
                                            "io.callbacks.builder..",
                                            "io.callbacks.deployer..",
                                            "io.callbacks.invoker..")
                                    .and(
                                            DescribedPredicate.<JavaClass>not(
                                                    simpleNameEndingWith("Application"))));

    @ArchTest
    static final ArchRule showsNothingButItsMain =
            classes()
                    .that()
                    .doNotHaveFullyQualifiedName(Standalone.class.getName())
                    .should()
                    .notBePublic();
}
