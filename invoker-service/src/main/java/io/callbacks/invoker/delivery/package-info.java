/**
 * Consuming a topic in order of keys: a record begins when the one before of its key is done, and
 * nothing waits for other keys. Offsets are committed only for what is done.
 */
@NullMarked
package io.callbacks.invoker.delivery;

import org.jspecify.annotations.NullMarked;
