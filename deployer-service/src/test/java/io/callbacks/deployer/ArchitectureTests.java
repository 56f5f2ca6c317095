package io.callbacks.deployer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import io.callbacks.testing.ArchitectureRules;

@AnalyzeClasses(
        packages = "io.callbacks.deployer",
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {
    @ArchTest static final ArchTests house = ArchTests.in(ArchitectureRules.class);

    @ArchTest
    static final ArchRule theRolloutKnowsNoPlaceAndNoLogFile =
            noClasses()
                    .that()
                    .resideInAPackage("..deployer.rollout..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("..deployer.process..", "..deployer.log..");
}
