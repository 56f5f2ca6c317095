/** Where layers are fetched from and brought to by what has no blob store at hand. */
@NullMarked
package io.callbacks.service.layer;

import org.jspecify.annotations.NullMarked;
