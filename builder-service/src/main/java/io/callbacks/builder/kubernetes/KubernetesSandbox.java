package io.callbacks.builder.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.blob.BlobStore;
import io.callbacks.blob.Digests;
import io.callbacks.blob.MissingBlobException;
import io.callbacks.builder.build.BuildLog;
import io.callbacks.builder.build.ImageRegistry;
import io.callbacks.builder.build.Sandbox;
import io.callbacks.builder.build.SandboxException;
import io.callbacks.builder.install.ContainerPlan;
import io.callbacks.builder.install.Ended;
import io.callbacks.builder.install.Ended.End;
import io.callbacks.builder.install.ExtraCa;
import io.callbacks.builder.install.InstallFailure;
import io.callbacks.builder.install.InstallLimits;
import io.callbacks.builder.install.OperatorSettings;
import io.callbacks.builder.install.Tail;
import io.callbacks.builder.layer.Arrival;
import io.callbacks.builder.layer.Upload;
import io.callbacks.builder.layer.Uploads;
import io.callbacks.event.Layer;
import io.callbacks.process.Language;
import io.callbacks.service.layer.LayerUrls;
import io.callbacks.service.layer.LayersUnavailableException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Installs in a Job of the cluster, which brings the result by a signed URL: what is installed on
 * strangers' machines is a layer of the blob store like any other.
 */
final class KubernetesSandbox implements Sandbox {
    private static final int KEY_DIGITS = 16;

    private final ClusterRuntimes runtimes;
    private final ClusterJobs jobs;
    private final Uploads uploads;
    private final Supplier<LayerUrls> urls;
    private final OperatorSettings settings;
    private final Path extraCa;
    private final BlobStore blobs;
    private final InstallLimits limits;
    private final Optional<ImageRegistry> registry;

    /** {@code urls} are not asked for before something is installed: they make a key. */
    KubernetesSandbox(
            ClusterRuntimes runtimes,
            ClusterJobs jobs,
            Uploads uploads,
            Supplier<LayerUrls> urls,
            OperatorSettings settings,
            Path extraCa,
            BlobStore blobs,
            InstallLimits limits,
            Optional<ImageRegistry> registry) {
        this.runtimes = runtimes;
        this.jobs = jobs;
        this.uploads = uploads;
        this.urls = urls;
        this.settings = settings;
        this.extraCa = extraCa;
        this.blobs = blobs;
        this.limits = limits;
        this.registry = registry;
    }

    @Override
    public String platform() {
        return "kubernetes";
    }

    @Override
    public Optional<String> runtime(String type) {
        return Calls.calling(() -> runtimes.find(type).map(ClusterRuntime::identity));
    }

    @Override
    public boolean holds(Layer dependencies) {
        try {
            blobs.tree(dependencies.digest());
            return true;
        } catch (MissingBlobException e) {
            return false;
        }
    }

    /** Where there is no registry, a pod fetches its layers. */
    @Override
    public Optional<String> image(Revision revision) {
        return registry.map(
                to -> {
                    var runtime = runtimeOf(revision.type());
                    return to.push(runtime.image(), runtime.architecture(), revision);
                });
    }

    // --- dependencies

    @Override
    public Outcome install(Install install, BuildLog buildLog) {
        return Calls.calling(() -> installed(install, buildLog));
    }

    private Outcome installed(Install install, BuildLog buildLog) {
        var runtime = runtimeOf(install.type());
        var language = Language.ofType(install.type());
        var plan = ContainerPlan.of(language, install.library(), InstallScript.CACHE);
        var key = key(runtime, install.library());
        var name = key + "-" + UUID.randomUUID() + ".tar"; // unlike that of a former life
        try (var upload = uploads.open(name, limits.largest());
                var job =
                        jobs.installing(
                                key,
                                runtime.image(),
                                InstallScript.command(language),
                                InstallScript.plan(
                                        plan, settings, ExtraCa.read(extraCa), url(name)))) {
            buildLog.installing(plan.program().label());
            var tail = new Tail(buildLog::output);
            var end = job.run(line -> tail.accept(settings.masked(line)), verdict(install, upload));
            return outcome(plan, upload, new Ended(end, tail.lines()));
        }
    }

    private ClusterRuntime runtimeOf(String type) {
        return runtimes.find(type)
                .orElseThrow(() -> new SandboxException("nothing runs '" + type + "' now", null));
    }

    private static String key(ClusterRuntime runtime, String library) {
        var digest = Digests.of((runtime.identity() + "\n" + library).getBytes(UTF_8));
        var begin = digest.indexOf(':') + 1;
        return digest.substring(begin, begin + KEY_DIGITS);
    }

    private URI url(String name) {
        try {
            return urls.get().toPut(name, jobs.longestInstall());
        } catch (LayersUnavailableException e) {
            throw new SandboxException(String.valueOf(e.getMessage()), e);
        }
    }

    /** What arrived is done, whatever else goes on in the pod. */
    private static Supplier<Optional<End>> verdict(Install install, Upload upload) {
        return () -> {
            if (install.cancelled().getAsBoolean()) {
                return Optional.of(End.CANCELLED);
            }
            return switch (upload.arrival()) {
                case Arrival.Awaited _ -> Optional.empty();
                case Arrival.TooLarge _ -> Optional.of(End.TOO_LARGE);
                case Arrival.Arrived _, Arrival.Refused _ -> Optional.of(End.DONE);
            };
        };
    }

    private Outcome outcome(ContainerPlan plan, Upload upload, Ended ended) {
        return switch (upload.arrival()) {
            case Arrival.TooLarge _ ->
                    limits.outcome(
                            plan.program(),
                            new Ended(End.TOO_LARGE, ended.tail()),
                            KubernetesSandbox::none);
            case Arrival.Refused refused ->
                    new Outcome.Rejected(InstallFailure.unfit(refused.why(), ended.tail()));
            case Arrival.Arrived arrived ->
                    limits.outcome(plan.program(), ended, () -> layer(arrived));
            case Arrival.Awaited _ ->
                    limits.outcome(plan.program(), ended, KubernetesSandbox::none);
        };
    }

    private static Layer layer(Arrival.Arrived arrived) {
        return new Layer(Layer.Role.DEPS, arrived.tree().digest(), arrived.tree().size());
    }

    private static Layer none() {
        throw new SandboxException("the install ended and brought nothing", null);
    }
}
