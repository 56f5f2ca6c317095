/** Running programs of this machine: its interpreters, its processes. */
@NullMarked
package io.callbacks.process;

import org.jspecify.annotations.NullMarked;
