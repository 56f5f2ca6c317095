package io.callbacks.builder.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.blob.BlobStore;
import io.callbacks.blob.Digests;
import io.callbacks.builder.build.BuildLog;
import io.callbacks.builder.build.Sandbox;
import io.callbacks.builder.build.SandboxException;
import io.callbacks.builder.install.ContainerPlan;
import io.callbacks.builder.install.Ended;
import io.callbacks.builder.install.Ended.End;
import io.callbacks.builder.install.InstallLimits;
import io.callbacks.builder.install.OperatorSettings;
import io.callbacks.builder.install.Tail;
import io.callbacks.event.Layer;
import io.callbacks.process.Language;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Installs in a container that sees nothing of the platform and is committed afterwards. Of the
 * engine's, an image of dependencies is a layer; its digest is the image's id.
 */
final class DockerSandbox implements Sandbox {
    private static final int ASKED_BETWEEN_MEASURES = 8;
    private static final Set<String> FOR_WANT_OF_SOURCES =
            Set.of(
                    "package-not-found",
                    "version-not-found",
                    "incompatible-runtime",
                    "conflict",
                    "timeout", // it looked for older versions that have wheels
                    "install-failed");
    private static final String USER = "10001:10001";
    private static final String FUNCTION = "/opt/callbacks/function";

    private final Engine engine;
    private final Labels labels;
    private final RuntimeImages runtimes;
    private final BuildContainers containers;
    private final OperatorSettings settings;
    private final BlobStore blobs;
    private final InstallLimits limits;

    DockerSandbox(
            Engine engine,
            Labels labels,
            RuntimeImages runtimes,
            BuildContainers containers,
            OperatorSettings settings,
            BlobStore blobs,
            InstallLimits limits) {
        this.engine = engine;
        this.labels = labels;
        this.runtimes = runtimes;
        this.containers = containers;
        this.settings = settings;
        this.blobs = blobs;
        this.limits = limits;
    }

    @Override
    public String platform() {
        return "docker";
    }

    @Override
    public Optional<String> runtime(String type) {
        return Engine.calling(() -> runtimes.find(type).map(RuntimeImage::identity));
    }

    @Override
    public boolean holds(Layer dependencies) {
        return Engine.calling(() -> engine.image(dependencies.digest()).isPresent());
    }

    // --- dependencies

    @Override
    public Outcome install(Install install, BuildLog buildLog) {
        return Engine.calling(() -> installed(install, buildLog));
    }

    /** What must be built, if anything, is built where nothing is shared: it runs code. */
    private Outcome installed(Install install, BuildLog buildLog) {
        var language = Language.ofType(install.type());
        var plan = ContainerPlan.of(language, install.library(), InstallScript.CACHE);
        buildLog.installing(plan.program().label());
        var outcome = installed(install, plan.withoutSources(), true, buildLog);
        if (language != Language.PYTHON || !maySourcesHelp(outcome)) {
            return outcome;
        }
        buildLog.output("Not all of it is there as wheels: once more, with what must be built.");
        return installed(install, plan.withoutCache(), false, buildLog);
    }

    private static boolean maySourcesHelp(Outcome outcome) {
        return outcome instanceof Outcome.Rejected rejected
                && FOR_WANT_OF_SOURCES.contains(rejected.failure().kind());
    }

    private Outcome installed(
            Install install, ContainerPlan plan, boolean sharing, BuildLog buildLog) {
        var runtime = runtimeOf(install.type());
        var key = key(runtime, install.library());
        var image = runtimes.made(runtime);
        try (var container = containers.installing(key, image.id(), sharing)) {
            container.copy(
                    Tar.of(Map.of(plan.file(), plan.content().getBytes(UTF_8))), plan.directory());
            container.start();
            var tail = new Tail(buildLog::output);
            var end =
                    container.run(
                            InstallScript.of(plan),
                            plan.environment(settings),
                            line -> tail.accept(settings.masked(line)),
                            verdict(install, container));
            var size = end == End.DONE ? container.size() : 0;
            return limits.outcome(
                    plan.program(),
                    new Ended(size > limits.largest() ? End.TOO_LARGE : end, tail.lines()),
                    () -> committed(container, key, image, size));
        }
    }

    private RuntimeImage runtimeOf(String type) {
        return runtimes.find(type)
                .orElseThrow(() -> new SandboxException("nothing runs '" + type + "' now", null));
    }

    private static String key(RuntimeImage runtime, String library) {
        return Hex.first16(Digests.of((runtime.identity() + "\n" + library).getBytes(UTF_8)));
    }

    private Supplier<Optional<End>> verdict(Install install, BuildContainer container) {
        var asked = new int[1];
        return () -> {
            if (install.cancelled().getAsBoolean()) {
                return Optional.of(End.CANCELLED);
            }
            return ++asked[0] % ASKED_BETWEEN_MEASURES == 0 && container.size() > limits.largest()
                    ? Optional.of(End.TOO_LARGE)
                    : Optional.empty();
        };
    }

    /** The container's own command and labels are of no use to what is made of it. */
    private Layer committed(BuildContainer container, String key, EngineImage runtime, long size) {
        var id =
                container
                        .commit()
                        .withRepository("callbacks/deps")
                        .withTag(labels.prefix() + "-" + key)
                        .withUser(USER)
                        .withCmd(runtime.command().toArray(String[]::new))
                        .withLabels(labels.of(Role.DEPS, Map.of(Labels.OWNER, "")))
                        .exec();
        return new Layer(Layer.Role.DEPS, id, size);
    }

    // --- code

    @Override
    public Optional<String> image(Revision revision) {
        return Engine.calling(() -> Optional.of(made(revision)));
    }

    private String made(Revision revision) {
        var reference = "callbacks/code:" + revision.uid() + "-" + revision.number();
        var base =
                revision.dependencies()
                        .map(Layer::digest)
                        .orElseGet(() -> runtimes.made(runtimeOf(revision.type())).id());
        if (!isMade(reference, revision, base)) {
            make(reference, revision, base);
        }
        return reference;
    }

    private boolean isMade(String reference, Revision revision, String base) {
        return engine.image(reference)
                .map(EngineImage::labels)
                .filter(seen -> revision.code().digest().equals(seen.get(Labels.CODE)))
                .filter(seen -> base.equals(seen.get(Labels.BASE)))
                .isPresent();
    }

    private void make(String reference, Revision revision, String base) {
        var files = Tar.of(blobs.tree(revision.code().digest()));
        var isNode = Language.ofType(revision.type()) == Language.NODE;
        if (isNode && revision.dependencies().isPresent()) { // found from the code upwards
            files.link("node_modules", ContainerPlan.LIBRARY + "/node_modules");
        }
        try (var container = containers.copying(base)) {
            container.copy(files, FUNCTION);
            container
                    .commit()
                    .withRepository("callbacks/code")
                    .withTag(reference.substring(reference.indexOf(':') + 1))
                    .withLabels(labels.of(Role.CODE, about(revision, base)))
                    .exec();
        }
    }

    private static Map<String, String> about(Revision revision, String base) {
        return Map.of(
                Labels.CALLBACK, Long.toString(revision.callbackId()),
                Labels.UID, revision.uid(),
                Labels.REVISION, Integer.toString(revision.number()),
                Labels.CODE, revision.code().digest(),
                Labels.BASE, base,
                Labels.OWNER, "");
    }
}
