package io.callbacks.event;

/** A fact one service publishes for the others. */
public sealed interface Event
        permits CallbackChanged, BuildEvent, DeploymentObserved, TargetSeen, LoadSeen, TriggerSeen {
    /** The topic it is published on. */
    String topic();

    /** The record key: what keeps events of one thing in order. */
    String key();

    /** The CloudEvents type, which names the case. */
    String type();

    /** The CloudEvents source: the service that publishes it. */
    String source();

    /** The CloudEvents id: equal for a repetition of the same fact. */
    String id();
}
