/** Calls by event: records become calls, and what comes of them becomes records. */
@NullMarked
package io.callbacks.invoker.event;

import org.jspecify.annotations.NullMarked;
