/** What builder and deployer told, and the status computed from it. */
@NullMarked
package io.callbacks.registry.status;

import org.jspecify.annotations.NullMarked;
