package io.callbacks.testing.kafka;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * A group of consumers as the broker sees it.
 *
 * @param servers where Kafka is
 */
public record Group(String servers, String name) {
    /** Whether so many members have divided their work and go about it. */
    public boolean isStableWith(int members) {
        try (var admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            var group = admin.describeConsumerGroups(List.of(name)).all().get().get(name);
            return group != null
                    && group.groupState() == GroupState.STABLE
                    && group.members().size() == members;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return false; // nobody has joined it yet
            }
            throw new IllegalStateException("the group cannot be looked at", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
