/** The public door: runs callbacks, and passes management calls on to the services behind it. */
@NullMarked
package io.callbacks.invoker;

import org.jspecify.annotations.NullMarked;
