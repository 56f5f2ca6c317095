/** Installs dependencies by programs of this machine. */
@NullMarked
package io.callbacks.builder.process;

import org.jspecify.annotations.NullMarked;
