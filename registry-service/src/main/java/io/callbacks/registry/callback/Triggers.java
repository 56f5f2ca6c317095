package io.callbacks.registry.callback;

import io.callbacks.event.Trigger;
import io.callbacks.event.Trigger.Cluster;
import io.callbacks.registry.validation.CallbackFields;
import io.callbacks.registry.validation.TriggerFields;
import io.callbacks.seal.Sealer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Makes triggers of what requests say; seals their passwords, with keys of their own. */
final class Triggers {
    private final Sealer sealer;

    Triggers(Sealer sealer) {
        this.sealer = sealer;
    }

    /**
     * What the triggers of a callback become.
     *
     * @param fields all of them, or none if they stay as they are
     */
    List<Trigger> changed(
            long id, String uid, List<Trigger> before, Optional<List<TriggerFields>> fields) {
        return fields.map(all -> all.stream().map(one -> trigger(id, uid, before, one)).toList())
                .orElse(before);
    }

    private Trigger trigger(long id, String uid, List<Trigger> before, TriggerFields fields) {
        var sealed = fields.password().map(plain -> sealed(uid, before, fields.name(), plain));
        return fields.of(id, sealed.orElse(null));
    }

    private String sealed(String uid, List<Trigger> before, String name, String password) {
        return password.equals(CallbackFields.MASK)
                ? present(before, name)
                : sealer.seal(uid, Trigger.sealedAs(name), password);
    }

    private static String present(List<Trigger> before, String name) {
        return before.stream()
                .filter(trigger -> trigger.name().equals(name))
                .map(Trigger::cluster)
                .filter(Objects::nonNull)
                .map(Cluster::passwordSealed)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
    }
}
