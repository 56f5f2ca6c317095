/** How a service reaches MongoDB. */
@NullMarked
package io.callbacks.service.store;

import org.jspecify.annotations.NullMarked;
