package io.callbacks.registry.callback;

import java.util.List;

/** Why the registry does not do what it was asked to. */
abstract sealed class RegistryException extends RuntimeException {
    RegistryException(String message) {
        super(message);
    }

    static final class UnknownCallback extends RegistryException {
        UnknownCallback(long id) {
            super("There is no callback " + id + ".");
        }
    }

    static final class DuplicatePath extends RegistryException {
        DuplicatePath(String routeKey, long other) {
            super(
                    "Callback %d has '%s' already; choose another path or method, or change that callback."
                            .formatted(other, routeKey));
        }
    }

    static final class VersionMismatch extends RegistryException {
        VersionMismatch(long id, long version) {
            super(
                    "Callback %d has version %d, not the one in If-Match; read it again."
                            .formatted(id, version));
        }
    }

    static final class UnknownRevision extends RegistryException {
        UnknownRevision(long id, int revision) {
            super("Callback %d has no revision %d.".formatted(id, revision));
        }
    }

    static final class UnknownTrigger extends RegistryException {
        UnknownTrigger(long id, String name) {
            super("Callback %d has no trigger '%s'.".formatted(id, name));
        }
    }

    static final class RevisionNotBuilt extends RegistryException {
        RevisionNotBuilt(long id, int revision, String target) {
            super(
                    "Revision %d of callback %d is not built for %s; see its build-log, or send its code again."
                            .formatted(revision, id, target));
        }
    }

    static final class TargetUnavailable extends RegistryException {
        TargetUnavailable(String target, String reason, List<String> available) {
            super(
                    "Target '%s' is not available: %s Available: %s."
                            .formatted(
                                    target,
                                    reason,
                                    available.isEmpty() ? "none" : String.join(", ", available)));
        }
    }
}
