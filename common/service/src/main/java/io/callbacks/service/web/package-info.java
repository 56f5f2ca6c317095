/** What every management API answers alike. */
@NullMarked
package io.callbacks.service.web;

import org.jspecify.annotations.NullMarked;
