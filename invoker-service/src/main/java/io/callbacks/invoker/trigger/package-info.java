/** Triggers: topics of users' own whose records call callbacks. */
@NullMarked
package io.callbacks.invoker.trigger;

import org.jspecify.annotations.NullMarked;
