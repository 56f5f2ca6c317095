/** What registry, builder and deployer do alike. */
@NullMarked
package io.callbacks.service;

import org.jspecify.annotations.NullMarked;
