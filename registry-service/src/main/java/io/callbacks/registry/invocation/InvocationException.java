package io.callbacks.registry.invocation;

import org.jspecify.annotations.Nullable;

/** Why what was asked of an invocation or a dead letter is not done. */
abstract sealed class InvocationException extends RuntimeException {
    InvocationException(String message) {
        this(message, null);
    }

    InvocationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static final class UnknownInvocation extends InvocationException {
        UnknownInvocation(RecordId id) {
            super(
                    "There is no invocation %s that can be asked after, or not any more."
                            .formatted(id));
        }
    }

    static final class InvocationNotEnded extends InvocationException {
        InvocationNotEnded(RecordId id, String state) {
            super("Invocation %s is %s; ask again when it has ended.".formatted(id, state));
        }
    }

    static final class InvocationFailed extends InvocationException {
        InvocationFailed(RecordId id, String why) {
            super("Invocation %s failed: %s".formatted(id, why));
        }
    }

    static final class InvocationCancelled extends InvocationException {
        InvocationCancelled(RecordId id) {
            super("Invocation " + id + " was cancelled.");
        }
    }

    static final class InvocationBegun extends InvocationException {
        InvocationBegun(RecordId id, String state) {
            super(
                    "Invocation %s has begun and cannot be cancelled any more; it is %s."
                            .formatted(id, state));
        }
    }

    static final class ResultGone extends InvocationException {
        ResultGone(RecordId id) {
            super("The result of invocation " + id + " is not kept any more.");
        }
    }

    static final class RevisionNotServing extends InvocationException {
        RevisionNotServing(int revision, String instead) {
            super(
                    "Revision %d is not the one that serves; %s. Deploy it, or replay without a revision."
                            .formatted(revision, instead));
        }
    }

    static final class InvocationNotReplayable extends InvocationException {
        InvocationNotReplayable(RecordId id, String why) {
            super("Invocation %s cannot be replayed: %s".formatted(id, why));
        }
    }

    static final class UnknownLetter extends InvocationException {
        UnknownLetter(RecordId id) {
            super("There is no dead letter %s, or not any more.".formatted(id));
        }
    }

    static final class LetterNotReplayable extends InvocationException {
        LetterNotReplayable(RecordId id, String why) {
            super("Dead letter %s cannot be replayed: %s".formatted(id, why));
        }
    }

    static final class LetterInReplay extends InvocationException {
        LetterInReplay(RecordId id) {
            super(
                    "Dead letter %s is being replayed by another call; look again in a minute."
                            .formatted(id));
        }
    }

    static final class EventsUnavailable extends InvocationException {
        EventsUnavailable(String what, @Nullable Throwable cause) {
            super("Kafka does not let the registry %s; try again.".formatted(what), cause);
        }
    }
}
