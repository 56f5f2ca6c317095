/** Keys that a platform makes for itself. */
@NullMarked
package io.callbacks.service.key;

import org.jspecify.annotations.NullMarked;
