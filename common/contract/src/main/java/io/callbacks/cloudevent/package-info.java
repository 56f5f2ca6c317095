/** CloudEvents of others, as they stand in Kafka. */
@NullMarked
package io.callbacks.cloudevent;

import org.jspecify.annotations.NullMarked;
