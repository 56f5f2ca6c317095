package io.callbacks.builder.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.builder.install.InstallProgram;
import io.callbacks.builder.install.OperatorSettings;
import io.callbacks.process.Language;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What to run in a container to install dependencies.
 *
 * @param file that says which, in {@code directory}
 */
record InstallPlan(
        Language language,
        InstallProgram program,
        String directory,
        String file,
        byte[] content,
        List<String> words) {
    /** Where an instance finds its code. */
    static final String FUNCTION = "/opt/callbacks/function";

    /** Where an instance finds its dependencies. */
    static final String LIBRARY = "/opt/callbacks/library";

    private static final String WORK = "/tmp";
    private static final String CACHE = "/cache/";

    /**
     * Nothing of the work is left for the image, nor of what says where packages came from. A cache
     * of more than two GiB is given up.
     */
    private static final String SCRIPT =
            """
            umask 022
            "$@" 2>&1
            code=$?
            rm -rf /tmp/* /tmp/.[!.]* %1$s/package-lock.json %1$s/node_modules/.package-lock.json
            [ "$(du -sk /cache | cut -f 1)" -lt 2097152 ] || rm -rf /cache/*
            exit $code
            """
                    .formatted(LIBRARY);

    static InstallPlan of(Language language, String library) {
        return switch (language) {
            case PYTHON -> python(library);
            case NODE -> node(library);
        };
    }

    private static InstallPlan python(String library) {
        var requirements = "requirements.txt";
        var words =
                InstallProgram.pip("python3", CACHE + "pip", LIBRARY, WORK + "/" + requirements);
        return new InstallPlan(
                Language.PYTHON,
                InstallProgram.PIP,
                WORK,
                requirements,
                (library + "\n").getBytes(UTF_8),
                scripted(words));
    }

    private static InstallPlan node(String library) {
        return new InstallPlan(
                Language.NODE,
                InstallProgram.NPM,
                LIBRARY,
                "package.json",
                library.getBytes(UTF_8),
                scripted(InstallProgram.npm("npm", CACHE + "npm", LIBRARY)));
    }

    private static List<String> scripted(List<String> words) {
        var all = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "install"));
        all.addAll(words);
        return all;
    }

    /** Of the program alone; the rest of its environment is the image's. */
    Map<String, String> environment(OperatorSettings settings) {
        var environment = settings.inContainer(language);
        environment.put("HOME", WORK);
        environment.put("TMPDIR", WORK);
        environment.put("PYTHONDONTWRITEBYTECODE", "1"); // of pip itself, not of what it installs
        environment.put("PIP_ROOT_USER_ACTION", "ignore");
        environment.put("NPM_CONFIG_UPDATE_NOTIFIER", "false");
        return environment;
    }
}
