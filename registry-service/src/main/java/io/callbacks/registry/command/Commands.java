package io.callbacks.registry.command;

import io.callbacks.cloudevent.CloudEvent;
import io.callbacks.cloudevent.CloudEventReader;
import io.callbacks.cloudevent.InvalidCloudEventException;
import io.callbacks.event.UndecodableEventException;
import io.callbacks.registry.callback.Management;
import io.callbacks.registry.callback.Management.Answer;
import io.callbacks.registry.callback.Management.Call;
import io.callbacks.registry.command.StoredCommand.Reply;
import io.callbacks.registry.command.StoredCommand.Result;
import io.callbacks.registry.validation.InvalidRequestException;
import io.callbacks.service.event.RawRecords;
import io.callbacks.service.outbox.Relay;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries commands out, each once. What a command holds is in Kafka alone, so it is carried out
 * before its record counts as read: after a crash in between, it comes again, and what was done for
 * it is known by its name.
 */
final class Commands implements Consumer<ConsumerRecord<byte[], byte[]>> {
    private static final Logger log = LoggerFactory.getLogger(Commands.class);
    private static final long MOST_PARTITIONS = 1 << 12;

    private final CommandRepository repository;
    private final Management management;
    private final Waits waits;
    private final Relay<String> relay;
    private final Clock clock;

    Commands(
            CommandRepository repository,
            Management management,
            Waits waits,
            Relay<String> relay,
            Clock clock) {
        this.repository = repository;
        this.management = management;
        this.waits = waits;
        this.relay = relay;
        this.clock = clock;
    }

    @Override
    public void accept(ConsumerRecord<byte[], byte[]> record) {
        var event = read(record);
        var reply = new Reply(at(record), binary(record.key()));
        var command =
                repository.begun(
                        new StoredCommand(
                                Command.id(event),
                                UUID.randomUUID().toString(),
                                event.id(),
                                clock.instant(),
                                List.of(reply.at()),
                                null,
                                null,
                                null,
                                null,
                                List.of(reply),
                                null));
        if (!command.isCarriedOut()) {
            carryOut(command, event);
        }
        repository.owe(command.id(), reply);
        relay.wake(command.id());
    }

    private static CloudEvent read(ConsumerRecord<byte[], byte[]> record) {
        try {
            return CloudEventReader.read(RawRecords.headers(record), record.value());
        } catch (InvalidCloudEventException e) {
            throw new UndecodableEventException(String.valueOf(e.getMessage()), e);
        }
    }

    private static long at(ConsumerRecord<?, ?> record) {
        return record.offset() * MOST_PARTITIONS + record.partition();
    }

    private static @Nullable Binary binary(byte @Nullable [] bytes) {
        return bytes == null ? null : new Binary(bytes);
    }

    private void carryOut(StoredCommand command, CloudEvent event) {
        try {
            var kind = Command.kind(event);
            var call =
                    new Call(
                            kind,
                            Command.callbackId(event, kind),
                            event.contentType().orElse(null),
                            event.data(),
                            command.name());
            carryOut(command, event, call);
        } catch (InvalidRequestException e) {
            settle(command, management.refusal(e));
        }
    }

    private void carryOut(StoredCommand command, CloudEvent event, Call call) {
        try {
            var awaited = management.begin(call);
            log.info(
                    "Carried out command={} type={} callback={}",
                    command.id(),
                    event.type(),
                    awaited.callbackId());
            var patience = management.patience(awaited, event.extension("prefer"));
            if (patience.isZero()) {
                settle(command, management.answer(awaited));
            } else {
                var deadline = clock.instant().plus(patience);
                repository.wait(command.id(), awaited, deadline);
                waits.begin(command.id(), awaited, deadline);
            }
        } catch (RuntimeException e) {
            settle(command, management.refusal(call, e).orElseThrow(() -> e));
        }
    }

    private void settle(StoredCommand command, Answer answer) {
        repository.settle(command.id(), result(answer, clock));
    }

    static Result result(Answer answer, Clock clock) {
        return new Result(
                answer.status(),
                answer.callbackId(),
                answer.contentType(),
                binary(answer.body()),
                clock.instant());
    }
}
