/** Which callback a path means, and where its instances answer: the tables followed from Kafka. */
@NullMarked
package io.callbacks.invoker.route;

import org.jspecify.annotations.NullMarked;
