"""What was asked for and what happened: resyncs, their work orders, and the batches that are kept until they land."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from upstate.hub.models.district import Zone
from upstate.hub.models.people import Person

MODES = ["full", "partial", "rehearsal", "selective", "heal"]


class Resync(models.Model):
    """One request, one run. `chosen` is what was asked for, `objects` what runs, in the plan's order.

    One that is queued waits for the one that runs for its zone and year; a worker sets it going. Where objects stand is
    told by those whose mode is full or partial: of a rehearsal nothing is written but its own history, and the others
    are about some records only (see Selection). One that `follows` another sends what that one freed by landing a root.
    """

    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="resyncs", db_index=False)
    school_year = models.IntegerField()
    mode = models.TextField()
    chosen = ArrayField(models.TextField())
    objects_in_order = ArrayField(models.TextField(), db_column="objects")  # `objects` is Django's own word
    check_dependencies = models.BooleanField()
    asked_by = models.TextField()
    asked_by_person = models.ForeignKey(Person, on_delete=models.SET_NULL, related_name="+", null=True, db_index=False)
    reason = models.TextField(db_default="")
    follows = models.ForeignKey("self", on_delete=models.SET_NULL, related_name="followers", null=True)
    state = models.TextField(db_default="running")
    placed_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    noticed_at = models.DateTimeField(null=True)  # when people were told that it ended
    stall_told_at = models.DateTimeField(null=True)  # when people were last told that it stands still
    hold = models.TextField(db_default="")  # "paused": no order is handed out; "cancelled": a worker is to end it
    held_by = models.TextField(db_default="")
    remove_leftovers = models.BooleanField(db_default=False)
    leftovers_settled_at = models.DateTimeField(null=True)  # when they were removed, held, or left with the message
    leftovers_message = models.TextField(db_default="")  # why none were removed though that was asked for

    class Meta:
        db_table = "hub_resync"
        indexes = (
            models.Index(fields=["zone", "-id"], name="resyncs_of_a_zone"),
            models.Index(
                fields=["zone", "school_year", "id"],
                name="resyncs_that_have_not_ended",
                condition=Q(state__in=["queued", "running"]),
            ),
            models.Index(
                fields=["id"],
                name="resyncs_to_tell_of",
                condition=Q(state__in=["finished", "failed"], noticed_at=None),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                name="one_running_resync_per_zone_and_year",
                fields=["zone", "school_year"],
                condition=Q(state="running"),
            ),
            models.CheckConstraint(name="resync_mode", condition=Q(mode__in=MODES)),
            models.CheckConstraint(
                name="resync_state",
                condition=Q(state__in=["queued", "running", "finished", "failed"]),
            ),
            models.CheckConstraint(name="resync_hold", condition=Q(hold__in=["", "paused", "cancelled"])),
            models.CheckConstraint(
                name="a_resync_that_runs_is_not_finished",
                condition=Q(state__in=["queued", "running"], finished_at=None)
                | (~Q(state__in=["queued", "running"]) & Q(finished_at__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"resync {self.pk}"


class Order(models.Model):
    """One object of a resync. Every claim raises `epoch`; whoever comes with an older one changes nothing."""

    resync = models.ForeignKey(Resync, on_delete=models.CASCADE, related_name="orders", db_index=False)
    position = models.IntegerField()
    object = models.TextField()
    school_year = models.IntegerField(null=True)  # null: the object is not bound to a year
    state = models.TextField(db_default="waiting")
    epoch = models.IntegerField(db_default=0)
    batches = models.IntegerField(null=True)
    records = models.BigIntegerField(db_default=0)  # delivered so far
    everything = models.BooleanField(db_default=True)  # whether all records are wanted, or only what differs
    selective = models.BooleanField(db_default=False)  # whether only some records are wanted; see Selection
    fingerprint = models.TextField(db_default="")  # of what the records are judged by; see catalog.fingerprint
    district_records = models.BigIntegerField(null=True)  # how many the district has, where only what differs was sent
    # The keys of rows that the district has no more: Arrow IPC, as compared. Of a selective order: what it lacks.
    gone = models.BinaryField(null=True)
    # What of judging the state's rows was settled when they were compared; see loading.task.
    clear = ArrayField(models.TextField(), null=True)
    lease_until = models.DateTimeField(null=True)
    reader = models.BigIntegerField(null=True)  # the agent's key, where it is not read in-process
    ticket = models.TextField(null=True)  # of the claim that it was handed out for, where that had one
    started_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    created = models.BigIntegerField(db_default=0)
    updated = models.BigIntegerField(db_default=0)
    unchanged = models.BigIntegerField(db_default=0)
    deleted = models.BigIntegerField(db_default=0)
    failed = models.BigIntegerField(db_default=0)
    blocked = models.BigIntegerField(db_default=0)
    excluded = models.BigIntegerField(db_default=0)
    leftovers = models.BigIntegerField(db_default=0)
    message = models.TextField(db_default="")

    class Meta:
        db_table = "hub_order"
        ordering = ("resync", "position")
        indexes = (
            models.Index(fields=["reader"], name="orders_that_a_key_reads", condition=Q(state="reading")),
            models.Index(fields=["resync"], name="orders_to_read", condition=Q(state__in=["waiting", "reading"])),
            models.Index(
                fields=["resync", "position"],
                name="orders_to_settle",
                condition=Q(state__in=["waiting", "reading", "delivered"]),
            ),
        )
        constraints = (
            models.UniqueConstraint(name="an_object_once_a_resync", fields=["resync", "object"]),
            models.UniqueConstraint(name="a_position_once_a_resync", fields=["resync", "position"]),
            models.CheckConstraint(
                name="order_state",
                condition=Q(state__in=["waiting", "reading", "delivered", "landed", "failed"]),
            ),
            models.CheckConstraint(
                name="an_order_is_settled_when_it_is_finished",
                condition=Q(state__in=["landed", "failed"], finished_at__isnull=False)
                | (~Q(state__in=["landed", "failed"]) & Q(finished_at=None)),
            ),
            models.CheckConstraint(
                name="a_delivered_order_knows_its_batches",
                condition=~Q(state="delivered") | Q(batches__isnull=False),
            ),
            models.CheckConstraint(name="an_epoch_only_rises", condition=Q(epoch__gte=0)),
        )

    def __str__(self) -> str:
        return f"order {self.pk} ({self.object})"


class Batch(models.Model):
    """A delivered batch as it came: this row is its receipt. Numbers count from 0; it goes when its order lands."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="kept", db_index=False)
    number = models.IntegerField()
    records = models.IntegerField()
    digest = models.BinaryField()
    payload = models.BinaryField()
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "hub_batch"
        constraints = (
            models.UniqueConstraint(name="a_batch_once_an_order", fields=["order", "number"]),
            models.CheckConstraint(name="a_batch_counts_from_0", condition=Q(number__gte=0) & Q(records__gte=0)),
        )

    def __str__(self) -> str:
        return f"batch {self.number} of order {self.order_id}"
