/** Layers for who has no blob store at hand: fetched from here and brought to here over HTTP. */
@NullMarked
package io.callbacks.builder.layer;

import org.jspecify.annotations.NullMarked;
