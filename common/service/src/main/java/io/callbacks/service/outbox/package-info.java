/** Publishing what happened, if and only if it happened. */
@NullMarked
package io.callbacks.service.outbox;

import org.jspecify.annotations.NullMarked;
