package io.callbacks.builder.build;

import static org.springframework.data.mongodb.core.query.Criteria.where;
import static org.springframework.data.mongodb.core.query.Query.query;

import io.callbacks.event.Layer;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.data.mongodb.core.query.Update;

/** Keeps what is installed where; one copy of the builder at a time installs a key. */
final class InstallRepository {
    private static final String NOBODY = "";

    private final MongoTemplate store;

    InstallRepository(MongoTemplate store) {
        this.store = store;
    }

    Optional<InstallRecord> find(String key) {
        return Optional.ofNullable(store.findById(key, InstallRecord.class));
    }

    /** The record as it is; made if there is none. */
    InstallRecord open(String key) {
        while (true) {
            var present = find(key);
            if (present.isPresent()) {
                return present.get();
            }
            try {
                return store.insert(new InstallRecord(key, NOBODY, 0, null, 0));
            } catch (DuplicateKeyException e) {
                // another copy made it: read that
            }
        }
    }

    /** Whether nobody works on it, as far as the record itself says. */
    static boolean isFree(InstallRecord seen, String owner) {
        return NOBODY.equals(seen.owner()) || owner.equals(seen.owner());
    }

    /** Takes the record as it was seen; false if somebody was quicker. */
    boolean claim(InstallRecord seen, String owner) {
        var as =
                query(
                        where("_id")
                                .is(seen.key())
                                .and("owner")
                                .is(seen.owner())
                                .and("beat")
                                .is(seen.beat()));
        var fields = new Update().set("owner", owner).set("beat", seen.beat() + 1).unset("layer");
        return store.updateFirst(as, fields, InstallRecord.class).getModifiedCount() == 1;
    }

    /** A sign of life. */
    void renew(String key, String owner, long beat) {
        store.updateFirst(
                query(where("_id").is(key).and("owner").is(owner)),
                new Update().set("beat", beat),
                InstallRecord.class);
    }

    void installed(String key, String owner, Layer layer, int installs) {
        var fields =
                new Update().set("owner", NOBODY).set("layer", layer).set("installs", installs);
        store.updateFirst(
                query(where("_id").is(key).and("owner").is(owner)), fields, InstallRecord.class);
    }

    void release(String key, String owner) {
        store.updateFirst(
                query(where("_id").is(key).and("owner").is(owner)),
                new Update().set("owner", NOBODY),
                InstallRecord.class);
    }
}
