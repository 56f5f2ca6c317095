package io.callbacks.testing;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** How our code is put together; every service runs these over its own packages. */
public final class ArchitectureRules {
    private static final String CONFIGURATION =
            "org.springframework.context.annotation.Configuration";
    private static final String PROPERTIES =
            "org.springframework.boot.context.properties.ConfigurationProperties";

    private ArchitectureRules() {}

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.callbacks.(**)").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule servicesKnowOnlyThemselvesAndCommon =
            classes()
                    .should(
                            new ArchCondition<>("not depend on another service") {
                                @Override
                                public void check(JavaClass item, ConditionEvents events) {
                                    for (var dependency : item.getDirectDependenciesFromSelf()) {
                                        var target = dependency.getTargetClass();
                                        if (serviceOf(target).length() > 0
                                                && !serviceOf(target).equals(serviceOf(item))) {
                                            events.add(
                                                    SimpleConditionEvent.violated(
                                                            item, dependency.getDescription()));
                                        }
                                    }
                                }
                            });

    @ArchTest
    static final ArchRule adaptersAreTheirOwnAffair =
            classes()
                    .that()
                    .resideInAnyPackage(
                            "io.callbacks.*.process..",
                            "io.callbacks.*.docker..",
                            "io.callbacks.*.kubernetes..",
                            "io.callbacks.*.jib..")
                    .and()
                    .areNotAnnotatedWith(CONFIGURATION)
                    .should()
                    .notBePublic()
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyTheDockerAdapterKnowsDocker =
            noClasses()
                    .that(not(resideInAPackage("..docker..")))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("com.github.dockerjava..");

    @ArchTest
    static final ArchRule onlyTheKubernetesAdapterKnowsKubernetes =
            noClasses()
                    .that(not(resideInAPackage("..kubernetes..")))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.fabric8..");

    @ArchTest
    static final ArchRule onlyTheJibAdapterKnowsJib =
            noClasses()
                    .that(not(resideInAPackage("..jib..")))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("com.google.cloud.tools.jib..");

    /** Elsewhere code blocks on virtual threads; a controller may stream. */
    @ArchTest
    static final ArchRule reactorLivesInTheInvokerAndInStreams =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("io.callbacks.invoker..", "io.callbacks.standalone..")
                    .and()
                    .haveNameNotMatching(
                            ".*(Controller|Stream|Streams|ProblemHandler|ProblemHandlerSupport)(\\$.*)?")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("reactor.core..", "reactor.netty..")
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule propertiesAreRecords =
            classes()
                    .that()
                    .areAnnotatedWith(PROPERTIES)
                    .should()
                    .beRecords()
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule nothingIsInjectedIntoFields =
            noFields()
                    .should()
                    .beAnnotatedWith("org.springframework.beans.factory.annotation.Autowired")
                    .orShould()
                    .beAnnotatedWith("org.springframework.beans.factory.annotation.Value")
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule settingsComeFromProperties =
            noClasses()
                    .that()
                    .areNotAnnotatedWith(CONFIGURATION)
                    .should()
                    .callMethod(System.class, "getenv")
                    .orShould()
                    .callMethod(System.class, "getenv", String.class);

    @ArchTest
    static final ArchRule lettersAreComparedTheSameEverywhere =
            noClasses()
                    .should()
                    .callMethod(String.class, "toLowerCase")
                    .orShould()
                    .callMethod(String.class, "toUpperCase");

    @ArchTest
    static final ArchRule everyPackageIsNullMarked =
            classes()
                    .should(
                            new ArchCondition<>("be in a @NullMarked package") {
                                @Override
                                public void check(JavaClass item, ConditionEvents events) {
                                    if (!item.getPackage()
                                            .isAnnotatedWith(
                                                    "org.jspecify.annotations.NullMarked")) {
                                        events.add(
                                                SimpleConditionEvent.violated(
                                                        item,
                                                        item.getPackageName()
                                                                + " has no @NullMarked package-info"));
                                    }
                                }
                            });

    private static String serviceOf(JavaClass type) {
        var name = type.getPackageName();
        for (var service : new String[] {"registry", "builder", "deployer", "invoker"}) {
            if ((name + ".").startsWith("io.callbacks." + service + ".")) {
                return service;
            }
        }
        return "";
    }
}
