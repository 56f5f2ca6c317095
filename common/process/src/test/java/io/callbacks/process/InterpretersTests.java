package io.callbacks.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterpretersTests {
    private final Interpreters here = Interpreters.onThisMachine();
    @TempDir Path directory;

    @Test
    void findsTheRealProgramOfEachLanguage() {
        for (var language : Language.values()) {
            var found = here.find(language.lowerCase()).orElseThrow();
            assertThat(found.language()).isEqualTo(language);
            assertThat(found.executable()).isExecutable();
            // the same one, perhaps by another of its names
            assertThat(here.find(found.type()).map(Interpreter::version)).contains(found.version());
            assertThat(here.find(found.type()).map(Interpreter::identity))
                    .contains(found.identity());
            assertThat(here.types()).contains(found.type());
            assertThat(found.identity()).contains("-");
        }
    }

    @Test
    void findsNothingWhereNothingIs() {
        assertThat(Interpreters.on(directory.toString()).find("python")).isEmpty();
        assertThat(here.find("python3.99")).isEmpty();
        assertThat(here.find("node99")).isEmpty();
    }

    @Test
    void passesOverWhatOnlyHasTheName() throws IOException {
        program("python3", "#!/bin/sh\necho Python 3.11.0\n");
        program("node", "#!/bin/sh\nexit 1\n");
        var there = Interpreters.on(directory.toString());
        assertThat(there.find("python")).isEmpty();
        assertThat(there.find("node")).isEmpty();
    }

    @Test
    void passesOverWhatIsTooOld() throws IOException {
        program("python3", "#!/bin/sh\nprintf '/x\\n3.7.9\\ncpython-37\\n'\n");
        assertThat(Interpreters.on(directory.toString()).find("python")).isEmpty();
    }

    @Test
    void looksAgainForWhatWasNotThere() throws IOException {
        var there = Interpreters.on(directory.toString());
        assertThat(there.find("python")).isEmpty();
        var real = here.find("python").orElseThrow().executable();
        Files.createSymbolicLink(directory.resolve("python3"), real);
        assertThat(there.find("python")).isPresent();
    }

    @Test
    void prefersTheLanguagesFirstChoiceAlsoWhereItsVersionIsNamed() throws IOException {
        answering("python3", "3.11.2");
        answering("python3.11", "3.11.7");
        answering("python3.12", "3.12.1");
        var there = Interpreters.on(directory.toString());
        assertThat(there.find("python3.11")).isEqualTo(there.find("python")).isPresent();
        assertThat(there.find("python3.12")).map(Interpreter::version).contains("3.12.1");
        assertThat(there.types()).containsExactly("python3.11", "python3.12");
    }

    private void answering(String name, String version) throws IOException {
        program(name, "#!/bin/sh\nprintf '%s\\n' \"$0\" " + version + " cpython\n");
    }

    private void program(String name, String text) throws IOException {
        var file = Files.writeString(directory.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
