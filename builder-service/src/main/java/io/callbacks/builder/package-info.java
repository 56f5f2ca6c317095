/** The builder: makes the layers that callbacks run from. */
@NullMarked
package io.callbacks.builder;

import org.jspecify.annotations.NullMarked;
