/** Kafka as it runs elsewhere: a broker in a container. */
@NullMarked
package io.callbacks.testing.kafka;

import org.jspecify.annotations.NullMarked;
