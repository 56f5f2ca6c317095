/** Installs dependencies and makes images on a Docker engine. */
@NullMarked
package io.callbacks.builder.docker;

import org.jspecify.annotations.NullMarked;
