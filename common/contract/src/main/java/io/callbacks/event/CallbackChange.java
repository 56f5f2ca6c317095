package io.callbacks.event;

import java.util.Locale;

/** Why a snapshot was published; a consumer acts on the snapshot alone. */
public enum CallbackChange {
    CALLBACK_CREATED,
    CALLBACK_UPDATED,
    ENV_UPDATED,
    DEPLOYMENT_REQUESTED,
    CALLBACK_DELETED;

    /** The CloudEvents type. */
    public String type() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
