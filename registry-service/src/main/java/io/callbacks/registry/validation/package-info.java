/** What a request may say; all of its faults are told together. */
@NullMarked
package io.callbacks.registry.validation;

import org.jspecify.annotations.NullMarked;
