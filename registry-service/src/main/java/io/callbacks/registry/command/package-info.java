/** Management by event: commands from Kafka, carried out once, and what came of them. */
@NullMarked
package io.callbacks.registry.command;

import org.jspecify.annotations.NullMarked;
