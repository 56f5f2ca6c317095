/** A caller, an instance and routes that do as they are told, byte by byte. */
@NullMarked
package io.callbacks.invoker.testing;

import org.jspecify.annotations.NullMarked;
