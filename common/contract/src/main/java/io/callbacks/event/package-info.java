/** The events the services exchange over Kafka, and how they are written and read. */
@NullMarked
package io.callbacks.event;

import org.jspecify.annotations.NullMarked;
