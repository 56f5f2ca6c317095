/** Builds: which are wanted, who works on which, what came of them. */
@NullMarked
package io.callbacks.builder.build;

import org.jspecify.annotations.NullMarked;
