/** The hosts that run inside instances, packed into the platform. */
@NullMarked
package io.callbacks.runtimes;

import org.jspecify.annotations.NullMarked;
