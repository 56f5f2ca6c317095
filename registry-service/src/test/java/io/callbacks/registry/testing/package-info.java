/** A registry that runs, with what calls it and what it is told. */
@NullMarked
package io.callbacks.registry.testing;

import org.jspecify.annotations.NullMarked;
