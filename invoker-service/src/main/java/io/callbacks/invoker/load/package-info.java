/** Tells the deployer how busy callbacks are. */
@NullMarked
package io.callbacks.invoker.load;

import org.jspecify.annotations.NullMarked;
