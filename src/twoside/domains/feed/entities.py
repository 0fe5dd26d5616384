"""Who and what there is in a content feed: viewers and videos.

Columns are those that public logs have; a mapping fills what it can and the rest is unknown. What
is measured after an exposure (play time, counts of likes over the whole period) is an outcome and
never a column here: it would tell a model the future.
"""

from __future__ import annotations

from twoside.schema.entities import Column, Entity

ANONYMOUS = tuple(f"anonymous_{n}" for n in range(18))
"""Profile fields that a log publishes without saying what they mean."""

VIEWER = Entity(
    kind="viewer",
    name_zh="观众",
    columns=(
        Column("active_degree", "category", "how often the viewer uses the app, in classes"),
        Column("low_active", "number", "1 while the viewer hardly comes"),
        Column("live_streamer", "number", "1 if the viewer streams"),
        Column("video_author", "number", "1 if the viewer has published a video"),
        Column("follow_count", "number", "authors whom the viewer follows", "people"),
        Column("follow_range", "category", "the same in classes"),
        Column("fans_count", "number", "people who follow the viewer", "people"),
        Column("fans_range", "category", "the same in classes"),
        Column("friend_count", "number", "friends in the app", "people"),
        Column("friend_range", "category", "the same in classes"),
        Column("register_days", "number", "since the viewer signed up", "days"),
        Column("register_range", "category", "the same in classes"),
        Column("age", "number", "", "years"),
        Column("gender", "category", "as the log writes it"),
        Column("occupation", "category", "as the log writes it"),
        Column("zip_code", "category", "where the viewer lives"),
        Column("zip_area", "category", "the first sign of the zip code: a region"),
        *(
            Column(name, "category", "a profile field without a published meaning")
            for name in ANONYMOUS
        ),
    ),
)

VIDEO = Entity(
    kind="video",
    name_zh="视频",
    columns=(
        Column("title", "text", "shown to people, never computed with"),
        Column("author", "category", "who published it"),
        Column("video_type", "category", "a normal one or an advertisement"),
        Column("upload_type", "category", "how it came into the app"),
        Column("uploaded_ms", "time", "when it was published"),
        Column("release_year", "number", "of a film", "year"),
        Column("duration_ms", "number", "length, known before it is shown", "ms"),
        Column("width", "number", "of the picture", "pixels"),
        Column("height", "number", "of the picture", "pixels"),
        Column("music", "category", "the piece that is played"),
        Column("music_type", "category", "where the music is from"),
        Column("category", "category", "the first of its categories"),
        Column("categories", "categories", "what it is about: tags or genres"),
    ),
)

ENTITIES = (VIEWER, VIDEO)
