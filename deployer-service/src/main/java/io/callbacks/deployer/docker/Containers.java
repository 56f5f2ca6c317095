package io.callbacks.deployer.docker;

import static java.util.Objects.requireNonNullElse;

import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventType;
import com.github.dockerjava.api.model.Frame;
import io.callbacks.deployer.rollout.InstanceSpec;
import io.callbacks.docker.DockerEngine;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The containers of instances, called by the instances' ids. What cannot be done is a {@link
 * PlatformException}, but that something is gone already is none.
 */
final class Containers {
    private static final int KILLED = 128 + 9;

    private final DockerEngine engine;
    private final Labels labels;
    private final ContainerRequest request;
    private final boolean published;

    Containers(DockerEngine engine, Labels labels, ContainerRequest request, boolean published) {
        this.engine = engine;
        this.labels = labels;
        this.request = request;
        this.published = published;
    }

    /**
     * A container as the engine lists it.
     *
     * @param container the engine's id for it
     * @param state {@code created}, {@code running}, {@code paused}, {@code exited} and others
     * @param url where it can be called, once it runs
     */
    record Listed(
            String instance, long callbackId, String container, String state, @Nullable URI url) {
        boolean isPaused() {
            return state.equals("paused");
        }

        /** Whether it can be called, once it is not paused any more. */
        boolean isAlive() {
            return url != null && (state.equals("running") || isPaused());
        }

        /** Whether it has run. */
        boolean hasEnded() {
            return !state.equals("created") && !state.equals("running") && !isPaused();
        }
    }

    /** The image is not there. */
    static final class ImageMissingException extends RuntimeException {
        ImageMissingException(Throwable cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** The engine can make no container of the image. */
    static final class ImageUnusableException extends RuntimeException {
        ImageUnusableException(Throwable cause) {
            super(cause.getMessage(), cause);
        }
    }

    // --- what there is

    /** All instances of this installation, in whatever state. */
    List<Listed> list() {
        return Calls.must(
                        "list instances",
                        () ->
                                engine.control()
                                        .listContainersCmd()
                                        .withShowAll(true)
                                        .withLabelFilter(labels.ofInstances())
                                        .exec())
                .stream()
                .map(this::listed)
                .toList();
    }

    private Listed listed(Container container) {
        return new Listed(
                container.getLabels().getOrDefault(Labels.INSTANCE, ""),
                Long.parseLong(container.getLabels().getOrDefault(Labels.CALLBACK, "0")),
                container.getId(),
                container.getState(),
                address(container).map(a -> URI.create("http://" + a)).orElse(null));
    }

    private Optional<String> address(Container container) {
        return published ? publishedAddress(container) : ownAddress(container);
    }

    private static Optional<String> publishedAddress(Container container) {
        return Stream.ofNullable(container.getPorts())
                .flatMap(Arrays::stream)
                .filter(port -> port.getPublicPort() != null)
                .map(port -> port.getIp() + ":" + port.getPublicPort())
                .findFirst();
    }

    private static Optional<String> ownAddress(Container container) {
        return Optional.ofNullable(container.getNetworkSettings())
                .map(settings -> settings.getNetworks().get(CallbacksNetwork.NAME))
                .map(ContainerNetwork::getIpAddress)
                .filter(address -> !address.isEmpty())
                .map(address -> address + ":" + ContainerRequest.PORT);
    }

    /**
     * How an instance ended.
     *
     * @param byHand whether somebody took it away
     */
    record End(String how, boolean byHand) {
        private static final End REMOVED = new End("it was removed by hand", true);

        static End of(ContainerState state) {
            var code = requireNonNullElse(state.getExitCodeLong(), 0L).intValue();
            if (Boolean.TRUE.equals(state.getDead()) || "removing".equals(state.getStatus())) {
                return REMOVED;
            }
            if (Boolean.TRUE.equals(state.getOOMKilled()) && code == KILLED) {
                return new End("it used more memory than memory_mb allows", false);
            }
            var how = code > 128 ? "killed by signal " + (code - 128) : "exit code " + code;
            return new End(how, false);
        }
    }

    /** Empty if it has not ended. */
    Optional<End> end(String instance) {
        var what = "inspect instance " + instance;
        try {
            var found =
                    Calls.ask(
                            what,
                            () -> engine.control().inspectContainerCmd(name(instance)).exec());
            return Boolean.TRUE.equals(found.getState().getRunning())
                    ? Optional.empty()
                    : Optional.of(End.of(found.getState()));
        } catch (NotFoundException e) {
            return Optional.of(End.REMOVED);
        } catch (DockerException e) {
            throw Calls.refused(what, e);
        }
    }

    // --- what is done to them

    /** Makes the container, in place of any other of its name; it does not run yet. */
    void create(InstanceSpec spec, String image) {
        try {
            createOnce(spec, image);
        } catch (ConflictException e) {
            remove(name(spec.id()));
            createOnce(spec, image);
        }
    }

    private void createOnce(InstanceSpec spec, String image) {
        try {
            Calls.ask(
                    "create instance " + spec.id(),
                    () -> request.fill(engine.control().createContainerCmd(image), spec).exec());
        } catch (ConflictException e) {
            throw e;
        } catch (DockerException e) {
            throw isForWantOfTheImage(e)
                    ? new ImageMissingException(e)
                    : Calls.refused("create instance " + spec.id(), e);
        }
    }

    private static boolean isForWantOfTheImage(DockerException refusal) {
        return refusal instanceof NotFoundException
                && String.valueOf(refusal.getMessage()).contains("No such image");
    }

    void start(String instance) {
        var what = "start instance " + instance;
        try {
            Calls.ask(what, () -> engine.control().startContainerCmd(name(instance)).exec());
        } catch (DockerException e) {
            throw isOfTheImage(e) ? new ImageUnusableException(e) : Calls.refused(what, e);
        }
    }

    /** Told by the runtime below the engine, as when there is no such program in the image. */
    private static boolean isOfTheImage(DockerException refusal) {
        return String.valueOf(refusal.getMessage()).contains("runtime create failed");
    }

    /** Asks it to end. */
    void terminate(String instance) {
        lenient(
                "end instance " + instance,
                () ->
                        engine.control()
                                .killContainerCmd(name(instance))
                                .withSignal("SIGTERM")
                                .exec());
    }

    /** Lets one go on that somebody paused. */
    void unpause(String instance) {
        lenient(
                "unpause instance " + instance,
                () -> engine.control().unpauseContainerCmd(name(instance)).exec());
    }

    /** Ends it, however it is, and removes all of it. */
    void removeInstance(String instance) {
        remove(name(instance));
    }

    /**
     * @param container name or the engine's id
     */
    void remove(String container) {
        lenient(
                "remove container " + container,
                () ->
                        engine.control()
                                .removeContainerCmd(container)
                                .withForce(true)
                                .withRemoveVolumes(true)
                                .exec());
    }

    /** Does what may be done already. */
    private static void lenient(String what, Callable<Void> call) {
        try {
            Calls.ask(what, call);
        } catch (NotFoundException | NotModifiedException | ConflictException e) {
            return; // gone, or going, or as it should be
        } catch (DockerException e) {
            if (!String.valueOf(e.getMessage()).contains("is not paused")) {
                throw Calls.refused(what, e);
            }
        }
    }

    // --- what they say

    /** Before it is started, so that nothing is missed. */
    EngineStream<Frame> attach(String instance, InputStream input, Consumer<Frame> output) {
        var what = "attach to instance " + instance;
        var stream = new EngineStream<>(output);
        Calls.must(
                what,
                () ->
                        engine.streams()
                                .attachContainerCmd(name(instance))
                                .withStdIn(input)
                                .withStdOut(true)
                                .withStdErr(true)
                                .withFollowStream(true)
                                .exec(stream));
        return stream.opened(what);
    }

    /** What was said since a second, and from now on. */
    EngineStream<Frame> follow(String instance, Instant since, Consumer<Frame> output) {
        var what = "follow instance " + instance;
        var stream = new EngineStream<>(output);
        Calls.must(
                what,
                () ->
                        engine.streams()
                                .logContainerCmd(name(instance))
                                .withSince(Math.toIntExact(since.getEpochSecond()))
                                .withStdOut(true)
                                .withStdErr(true)
                                .withFollowStream(true)
                                .exec(stream));
        return stream.opened(what);
    }

    /** Tells what happens to instances: the engine's name for it, and the instance. */
    EngineStream<Event> events(Consumer<Happened> receiver) {
        var what = "hear of instances";
        var stream = new EngineStream<Event>(e -> happened(e).ifPresent(receiver));
        Calls.must(
                what,
                () ->
                        engine.streams()
                                .eventsCmd()
                                .withEventTypeFilter(EventType.CONTAINER)
                                .withEventFilter("die", "oom", "destroy", "pause", "kill")
                                .withLabelFilter(labels.ofInstances())
                                .exec(stream));
        return stream.opened(what);
    }

    /**
     * Something that happened to an instance.
     *
     * @param what {@code die}, {@code oom}, {@code destroy}, {@code pause} or {@code kill}: a
     *     signal was sent
     */
    record Happened(String what, String instance) {}

    private static Optional<Happened> happened(Event event) {
        var actor = event.getActor();
        var attributes = actor == null ? null : actor.getAttributes();
        var instance =
                requireNonNullElse(attributes, Map.<String, String>of()).get(Labels.INSTANCE);
        return event.getAction() == null || instance == null
                ? Optional.empty()
                : Optional.of(new Happened(event.getAction(), instance));
    }

    private String name(String instance) {
        return labels.containerName(instance);
    }
}
