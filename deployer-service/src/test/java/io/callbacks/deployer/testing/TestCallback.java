package io.callbacks.deployer.testing;

import io.callbacks.event.BuildEvent.BuildFailed;
import io.callbacks.event.BuildEvent.BuildKey;
import io.callbacks.event.BuildEvent.BuildSucceeded;
import io.callbacks.event.CallbackChange;
import io.callbacks.event.CallbackChanged;
import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.DeploymentObserved;
import io.callbacks.event.DeploymentObserved.Attempt;
import io.callbacks.event.DeploymentObserved.Serving;
import io.callbacks.event.Desired;
import io.callbacks.event.Failure;
import io.callbacks.event.Layer;
import io.callbacks.event.Limits;
import io.callbacks.event.LoadSeen;
import io.callbacks.event.Retry;
import io.callbacks.event.Route;
import io.callbacks.event.Scale;
import io.callbacks.event.Source;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** One callback as the registry and the builder would tell of it. */
public final class TestCallback {
    private static final AtomicLong IDS = new AtomicLong();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Surroundings around;
    private final long id = IDS.incrementAndGet();
    private final String uid = UUID.randomUUID().toString();
    private final Map<String, String> env = new TreeMap<>();
    private String type = "python";
    private String target = "process";
    private Limits limits = new Limits(5, 256, 4, 20);
    private Scale scale = Scale.ONE;
    private int revision;
    private long version;
    private long envVersion = 1;
    private long generation;
    private int attempt = 1;
    private boolean on;
    private boolean deleted;

    public TestCallback(Surroundings around) {
        this.around = around;
    }

    public long id() {
        return id;
    }

    public long generation() {
        return generation;
    }

    public long envVersion() {
        return envVersion;
    }

    public TestCallback type(String type) {
        this.type = type;
        return this;
    }

    /** Is to run there. */
    public TestCallback on(String target) {
        this.target = target;
        return this;
    }

    public TestCallback limits(Limits limits) {
        this.limits = limits;
        return this;
    }

    /** May have other numbers of instances from now on. */
    public TestCallback scale(int min, int max, int targetConcurrency) {
        scale = new Scale(min, max, targetConcurrency);
        return tell(CallbackChange.CALLBACK_UPDATED);
    }

    /** An invoker has seen that there is so much to do. */
    public TestCallback busy(String invoker, double requests) {
        around.publish(new LoadSeen(id, invoker, requests, Instant.now()));
        return this;
    }

    /** Has code that is built. */
    public TestCallback code(String python) {
        revision++;
        tell(CallbackChange.CALLBACK_UPDATED);
        built(python);
        return this;
    }

    /** Has newer code and another env at once; the build goes on. */
    public TestCallback codeToBeBuiltAndEnv(String name, String value) {
        env.put(name, value);
        envVersion++;
        return codeToBeBuilt();
    }

    /** Has newer code; the build goes on. */
    public TestCallback codeToBeBuilt() {
        revision++;
        return changed(CallbackChange.CALLBACK_UPDATED);
    }

    /** Has newer code that is built when the rollout begins. */
    public TestCallback newCode(String python) {
        codeToBeBuilt();
        return built(python);
    }

    public TestCallback built(String python) {
        var tree = around.tree("function.py", python);
        return builtAs(new Layer(Layer.Role.CODE, tree.digest(), tree.size()));
    }

    /** Its newest code is built as an image. */
    public TestCallback builtAs(String image) {
        around.publish(new BuildSucceeded(key(), List.of(), image, 0.1, false));
        return this;
    }

    /** Its newest code is built as a layer that is served elsewhere. */
    public TestCallback builtAs(Layer layer) {
        around.publish(new BuildSucceeded(key(), List.of(layer), null, 0.1, false));
        return this;
    }

    public TestCallback builtWithoutItsLayer() {
        return builtAs(new Layer(Layer.Role.CODE, "sha256:" + "0".repeat(64), 1));
    }

    /** What is built of its newest code from now on is built once more. */
    public TestCallback again() {
        attempt++;
        return this;
    }

    public TestCallback buildFailed(String kind, String message) {
        around.publish(
                new BuildFailed(key(), new Failure(kind, null, message, "mend it", null), 0.1));
        return this;
    }

    private BuildKey key() {
        return new BuildKey(id, uid, revision, target, attempt);
    }

    public TestCallback env(String name, String value) {
        env.put(name, value);
        return this;
    }

    /** Env has changed. */
    public TestCallback newEnv(String name, String value) {
        env.put(name, value);
        envVersion++;
        return changed(CallbackChange.ENV_UPDATED);
    }

    public TestCallback deploy() {
        on = true;
        return changed(CallbackChange.DEPLOYMENT_REQUESTED);
    }

    public TestCallback undeploy() {
        on = false;
        return changed(CallbackChange.DEPLOYMENT_REQUESTED);
    }

    public TestCallback delete() {
        on = false;
        deleted = true;
        return changed(CallbackChange.CALLBACK_DELETED);
    }

    private TestCallback changed(CallbackChange change) {
        generation++;
        return tell(change);
    }

    private TestCallback tell(CallbackChange change) {
        version++;
        around.publish(new CallbackChanged(change, snapshot()));
        return this;
    }

    public CallbackSnapshot snapshot() {
        var source = new Source(revision, type, "sha256:" + "1".repeat(64), null);
        var sealed = new TreeMap<String, String>();
        env.forEach((name, value) -> sealed.put(name, around.sealer().seal(uid, name, value)));
        return new CallbackSnapshot(
                id,
                uid,
                version,
                "test/" + id,
                "GET",
                type,
                revision,
                source.sourceDigest(),
                null,
                limits,
                scale,
                Retry.DEFAULT,
                List.of(),
                envVersion,
                sealed,
                around.sealer().keyId(),
                deleted,
                new Desired(generation, on, target, revision, envVersion, source));
    }

    // --- what became of it

    /** Whether it was told that its newest generation serves. */
    public boolean isLive() {
        return attempt().isEmpty()
                && serving()
                        .filter(s -> s.generation() == generation && s.envVersion() == envVersion)
                        .isPresent();
    }

    public boolean isServing() {
        return serving().isPresent();
    }

    /** What was told last to serve. */
    public Optional<Serving> serving() {
        return around.heard().observed(id).map(DeploymentObserved::serving);
    }

    /** The attempt that was told of last. */
    public Optional<Attempt> attempt() {
        return around.heard().observed(id).map(DeploymentObserved::attempt);
    }

    /** The failure that was told last. */
    public Optional<Failure> failure() {
        return attempt().map(Attempt::error);
    }

    /** Its class; empty if there is none. */
    public String error() {
        return failure().map(Failure::kind).orElse("");
    }

    /** The instance that is routed to; empty if there is none. */
    public String instance() {
        return around.heard().route(id).map(r -> r.instances().getFirst().id()).orElse("");
    }

    /** All that is routed to. */
    public List<Route.Instance> instances() {
        return around.heard().route(id).map(Route::instances).orElse(List.of());
    }

    public URI url() {
        return around.heard().route(id).orElseThrow().instances().getFirst().url();
    }

    public HttpResponse<String> call() {
        return callAt(url()).join();
    }

    public CompletableFuture<HttpResponse<String>> callAt(URI place) {
        var request =
                HttpRequest.newBuilder(place.resolve("/api/test/" + id))
                        .timeout(Duration.ofSeconds(10))
                        .build();
        return HTTP.sendAsync(request, BodyHandlers.ofString());
    }
}
