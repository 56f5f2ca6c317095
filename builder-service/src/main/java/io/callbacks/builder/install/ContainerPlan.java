package io.callbacks.builder.install;

import io.callbacks.process.Language;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What to run in a container to install dependencies.
 *
 * @param file that says which, in {@code directory}
 */
public record ContainerPlan(
        Language language,
        InstallProgram program,
        String directory,
        String file,
        String content,
        List<String> words) {
    /** Where an instance finds its dependencies, and where they are installed. */
    public static final String LIBRARY = "/opt/callbacks/library";

    private static final String WORK = "/tmp";

    public ContainerPlan {
        words = List.copyOf(words);
    }

    /** That of a normalised library; {@code cache} is a directory in the container. */
    public static ContainerPlan of(Language language, String library, String cache) {
        return switch (language) {
            case PYTHON -> python(library, cache);
            case NODE -> node(library, cache);
        };
    }

    private static ContainerPlan python(String library, String cache) {
        var file = "requirements.txt";
        return new ContainerPlan(
                Language.PYTHON,
                InstallProgram.PIP,
                WORK,
                file,
                library + "\n",
                InstallProgram.pip("python3", cache + "/pip", LIBRARY, WORK + "/" + file));
    }

    /**
     * The same of what is built already, so that no code of a package runs while it is installed.
     * Of npm it never does.
     */
    public ContainerPlan withoutSources() {
        return language == Language.PYTHON ? with("--only-binary", ":all:") : this;
    }

    /** The same where packages may run code of theirs: nothing is kept that others would use. */
    public ContainerPlan withoutCache() {
        return language == Language.PYTHON ? with("--no-cache-dir") : this;
    }

    private ContainerPlan with(String... options) {
        var more = new ArrayList<>(words);
        more.addAll(List.of(options));
        return new ContainerPlan(language, program, directory, file, content, more);
    }

    private static ContainerPlan node(String library, String cache) {
        return new ContainerPlan(
                Language.NODE,
                InstallProgram.NPM,
                LIBRARY,
                "package.json",
                library,
                InstallProgram.npm("npm", cache + "/npm", LIBRARY));
    }

    /** Of the program alone; the rest of its environment is the image's. */
    public Map<String, String> environment(OperatorSettings settings) {
        var environment = settings.inContainer(language);
        environment.put("HOME", WORK);
        environment.put("TMPDIR", WORK);
        environment.put("PYTHONDONTWRITEBYTECODE", "1"); // of pip itself, not of what it installs
        environment.put("PIP_ROOT_USER_ACTION", "ignore");
        environment.put("NPM_CONFIG_UPDATE_NOTIFIER", "false");
        return environment;
    }
}
