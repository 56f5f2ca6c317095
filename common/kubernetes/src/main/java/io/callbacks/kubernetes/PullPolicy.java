package io.callbacks.kubernetes;

/** When a node pulls an image. */
public enum PullPolicy {
    ALWAYS("Always"),
    IF_NOT_PRESENT("IfNotPresent"),
    NEVER("Never");

    private final String word;

    PullPolicy(String word) {
        this.word = word;
    }

    /** As Kubernetes calls it. */
    public String word() {
        return word;
    }
}
