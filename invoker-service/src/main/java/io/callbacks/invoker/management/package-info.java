/** Passes management calls on to the services behind the door. */
@NullMarked
package io.callbacks.invoker.management;

import org.jspecify.annotations.NullMarked;
