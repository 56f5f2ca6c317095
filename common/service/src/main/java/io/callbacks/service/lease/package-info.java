/** Who of several copies of a service acts. */
@NullMarked
package io.callbacks.service.lease;

import org.jspecify.annotations.NullMarked;
