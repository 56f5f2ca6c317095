/** Images for a registry, pushed without a container engine. */
@NullMarked
package io.callbacks.builder.jib;

import org.jspecify.annotations.NullMarked;
