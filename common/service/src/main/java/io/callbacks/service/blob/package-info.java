/** The blob store of a service. */
@NullMarked
package io.callbacks.service.blob;

import org.jspecify.annotations.NullMarked;
