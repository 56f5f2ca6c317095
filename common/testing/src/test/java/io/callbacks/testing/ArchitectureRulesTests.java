package io.callbacks.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** A rule that cannot fail is none. */
class ArchitectureRulesTests {
    @Test
    void seesSettingsReadFromTheEnvironment() {
        var classes = new ClassFileImporter().importClasses(ReadsTheEnvironment.class);
        assertThat(ArchitectureRules.settingsComeFromProperties.evaluate(classes).hasViolation())
                .isTrue();
    }

    @Test
    void seesLettersChangedByTheDefaultLocale() {
        var classes = new ClassFileImporter().importClasses(ChangesLetters.class);
        assertThat(
                        ArchitectureRules.lettersAreComparedTheSameEverywhere
                                .evaluate(classes)
                                .hasViolation())
                .isTrue();
    }

    @Test
    void acceptsItself() {
        var classes = new ClassFileImporter().importPackages("io.callbacks.testing");
        assertThat(ArchitectureRules.everyPackageIsNullMarked.evaluate(classes).hasViolation())
                .isFalse();
        assertThat(
                        ArchitectureRules.servicesKnowOnlyThemselvesAndCommon
                                .evaluate(classes)
                                .hasViolation())
                .isFalse();
    }

    static final class ReadsTheEnvironment {
        String read() {
            return String.valueOf(System.getenv("HOME"));
        }
    }

    static final class ChangesLetters {
        @SuppressWarnings("StringCaseLocaleUsage") // what the rule is there to see
        String change(String text) {
            return text.toLowerCase();
        }
    }
}
