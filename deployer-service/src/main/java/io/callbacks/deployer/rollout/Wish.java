package io.callbacks.deployer.rollout;

import io.callbacks.event.CallbackSnapshot;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.mapping.Document;

/** The newest snapshot of a callback. */
@Document("wishes")
record Wish(@Id long callbackId, long version, CallbackSnapshot snapshot) {}
