/** Publishing snapshots of callbacks. */
@NullMarked
package io.callbacks.registry.outbox;

import org.jspecify.annotations.NullMarked;
