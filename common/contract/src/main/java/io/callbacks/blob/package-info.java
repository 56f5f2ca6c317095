/** The content-addressed store of sources and layers. */
@NullMarked
package io.callbacks.blob;

import org.jspecify.annotations.NullMarked;
